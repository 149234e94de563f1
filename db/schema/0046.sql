-- the few visits of several days, among those of years
CREATE INDEX visit_several ON visit (next_day) WHERE days > 1;
