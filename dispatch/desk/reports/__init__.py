"""Reports: the lead's day, a client's month, a technician's day sheet; one document, and a renderer for each form."""
