"""Front door of the studio: `streamlit run app.py`.

Streamlit reads this file twice: the server imports it once to find `app`, whose lifespan warms the painting process
up before anyone opens the page and whose routes tell the page how it goes; then every visit runs it as a script, which
draws the page.
"""

import streamlit as st

from styletransfer.studio.page import main
from styletransfer.studio.server import access, lifespan

if __name__ == "__main__":
    main.show()
else:
    app = st.App(__file__, lifespan=lifespan.lifespan, routes=lifespan.routes(), middleware=access.middleware())
