"""What is told of runs and pictures, as words, HTML and figures. No Streamlit."""
