"""The figures of the firm: what each means, how it is counted over days, weeks, technicians and clients, and in words."""
