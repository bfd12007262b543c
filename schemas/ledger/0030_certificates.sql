-- When the first of a chain's certificates expires, as it was last seen; NULL where it has none.
ALTER TABLE chains ADD COLUMN certificates_expire_at timestamptz;
