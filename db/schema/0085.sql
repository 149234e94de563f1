-- after every how many closed visits a client is asked how satisfied they are: as the firm has it where it is empty, 0: after none
ALTER TABLE client ADD COLUMN survey_visits INTEGER CHECK (survey_visits BETWEEN 0 AND 100);
