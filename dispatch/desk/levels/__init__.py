"""Service-level clocks of visits, and a client's month of them."""
