"""The sample firm: lived once by the deeds that people do, kept, and copied for whoever looks around."""
