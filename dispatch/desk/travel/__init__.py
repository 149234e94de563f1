"""Drive times that are known without asking anybody: pinned, learned, kept from road engines, estimated."""
