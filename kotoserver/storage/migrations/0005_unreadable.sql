-- Why a recording could not be read, which is found out after it was taken.

ALTER TABLE recordings ADD COLUMN failure TEXT;
