-- What a node signs as, told to the others: none for nodes of a version that does not say.
alter table node add column issuer text collate "C";
