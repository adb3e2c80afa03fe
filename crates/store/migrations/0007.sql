-- Releases in the order in which they were confirmed: who joins a community is looked at with each of them.
CREATE INDEX change_release ON change (seq) WHERE kind = 'release';
