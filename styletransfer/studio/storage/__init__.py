"""The studio's files: runs, the gallery, the trash, and what bounds them. Knows neither page nor worker."""
