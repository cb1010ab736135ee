"""Films: frame by frame from a film file to a painted one, each frame held to the one before, so that nothing flickers.

(The film of how a picture was made is another thing: `styletransfer.imaging.film`.)
"""
