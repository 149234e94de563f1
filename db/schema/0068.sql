-- what a client is called at the bookkeeper: the number of an account, as it is written (design/invoices.md)
ALTER TABLE client ADD COLUMN debtor TEXT NOT NULL DEFAULT '' CHECK (length(debtor) <= 9 AND debtor NOT GLOB '*[^0-9]*');
