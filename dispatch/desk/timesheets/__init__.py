"""Time sheets: a technician's week by the clock, said to be right by the technician, approved by a lead."""
