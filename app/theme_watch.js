// Tells the page when the viewer's light or dark theme is not the one it was drawn in: finished charts have their colours from the server.
let asked = null;

export default function ({ data, parentElement, setTriggerValue }) {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.fillStyle = getComputedStyle(parentElement.querySelector('i')).getPropertyValue('--st-background-color').trim();
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  const dark = 0.3 * red + 0.59 * green + 0.11 * blue < 128;
  if (dark === data.dark) asked = null;
  else if (asked !== dark) setTriggerValue('changed', asked = dark);
}
