// A training has ended: the tab's title and icon say so until the tab is looked at, and the system tells it where that was asked for.
const WORKING = '#6366f1', GOOD = '#16a34a', BAD = '#dc2626', WANTED = 'modelwright-notify';
const known = new Set();
let now = { working: 0 }, unread = null, base = null, drawn = null, watcher = null, bell = null;

export default function ({ data, parentElement }) {
  now = data;
  bell = parentElement.querySelector('button');
  bell.onclick = ask;
  for (const piece of data.news.filter(piece => !known.has(piece.id))) {
    known.add(piece.id);
    if (document.hidden || !document.hasFocus()) unread = piece;
    if (wanted() && (document.hidden || !document.hasFocus())) tell(piece);
  }
  watcher ??= watch();
  show();
}

const can = () => 'Notification' in window && Notification.permission !== 'denied';
const wanted = () => can() && Notification.permission === 'granted' && localStorage.getItem(WANTED) === 'yes';

function tell(piece) {
  const said = new Notification(piece.title, { body: piece.body, tag: piece.id });
  said.onclick = () => { window.focus(); said.close(); };
}

async function ask() {
  if (wanted()) localStorage.setItem(WANTED, 'no');
  else if (await Notification.requestPermission() === 'granted') localStorage.setItem(WANTED, 'yes');
  show();
}

function watch() {
  const read = () => { if (!document.hidden && document.hasFocus()) { unread = null; show(); } };
  window.addEventListener('focus', read);
  document.addEventListener('visibilitychange', read);
  const observer = new MutationObserver(show);
  observer.observe(document.head, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['href'] });
  return observer;
}

function show() {
  const sign = unread ? (unread.good ? '✓ ' : '✗ ') : now.working ? '● ' : '';
  const plain = document.title.replace(/^[✓✗●] /u, ''), title = sign + plain;
  if (document.title !== title) document.title = title;
  icon(unread ? (unread.good ? GOOD : BAD) : now.working ? WORKING : null);
  if (!bell) return;
  bell.hidden = !can() || !now.working;
  bell.textContent = wanted() ? 'You will be told when it is done' : 'Tell me when it is done';
  bell.setAttribute('aria-pressed', String(wanted()));
  bell.title = wanted() ? 'Press to switch this off' : 'A message of your system, also when this tab is in the background';
}

function icon(colour) {
  const link = document.querySelector('link[rel~=icon]');
  if (!link) return;
  if (link.href !== drawn) base = link.href;
  if (!colour) { if (link.href !== base) link.href = base; return; }
  const picture = new Image();
  picture.crossOrigin = 'anonymous';
  picture.onload = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 }), pen = canvas.getContext('2d');
    pen.drawImage(picture, 0, 0, 64, 64);
    pen.fillStyle = colour;
    pen.arc(48, 48, 15, 0, 7);
    pen.fill();
    const made = canvas.toDataURL();
    if (made !== link.href) link.href = drawn = made;
  };
  picture.src = base;
}
