"""Maps of a technician's day, drawn in dots of braille."""
