"""Account care: what a firm owes the people behind its agreements, as a list with due dates (design/account-care.md E1 to E11)."""
