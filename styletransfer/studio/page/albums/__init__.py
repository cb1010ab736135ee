"""An album on the stage: its contact sheet, and one picture of it large."""
