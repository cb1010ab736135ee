"""Sets the left column to what a picture was painted with: a run's, or one that was dropped on the page."""

from itertools import zip_longest

from styletransfer.studio import blend, controls
from styletransfer.studio.jobs import Snapshot, Studio
from styletransfer.studio.picker import adopt_file


def take_up(studio: Studio, snapshot: Snapshot) -> None:
    """Set the left column to what a run is painted with: its settings, its photo, its paintings."""
    settings = studio.settings(snapshot.run_id)
    if settings is not None:
        controls.restore(settings, snapshot.steered[-1][1] if snapshot.steered else None)
    adopt_file("photo", snapshot.photo_name, studio.photo_path(snapshot.run_id))
    files = zip_longest(snapshot.painting_names, studio.painting_paths(snapshot.run_id))
    blend.adopt([(name or "", path) for name, path in files], settings.style_shares if settings else None)
