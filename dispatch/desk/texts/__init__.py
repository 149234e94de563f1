"""What is shown as text and told as JSON: the board, visits, charges, the log, clients, figures, messages, imports, the audit."""
