"""The dispatcher's deeds: place, move, hold, take back, an emergency, an absence, a whole day proposed."""
