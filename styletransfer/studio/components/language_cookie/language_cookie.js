// Writes the chosen language into a cookie for a year. It is for this server alone.

export default function ({ data }) {
  document.cookie = `${data.name}=${data.code}; path=/; max-age=31536000; SameSite=Strict`;
}
