"""Road engines, extracts and maps; drives by road, asked ahead of time and carried as files."""
