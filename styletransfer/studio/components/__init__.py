"""Parts of the page that Streamlit does not have: html, css and js, with a face in Python each."""
