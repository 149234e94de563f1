"""Rate cards and agreements as a lead keeps them."""
