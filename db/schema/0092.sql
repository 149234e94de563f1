-- a branch that is seen by its copy elsewhere (docs/design/more-machines.md, Branches): the file with the private key that opens it
ALTER TABLE branch ADD COLUMN identity TEXT NOT NULL DEFAULT '' CHECK (length(identity) <= 500);
