"""What is shown as plain text: views, the log, service levels, care, history and figures."""
