// Live charts of one run: history first, then new points through one socket. Zoom, hidden lines and theme survive.
let library;
const load = url => library ??= new Promise((ok, no) => {
  if (window.Plotly?.extendTraces) return ok(window.Plotly);
  const script = document.createElement('script');
  script.src = url; script.onload = () => ok(window.Plotly); script.onerror = () => { library = null; no(new Error('chart library')); };
  document.head.append(script);
});
const CONFIG = { responsive: true, displaylogo: false, showSendToCloud: false,
  modeBarButtonsToRemove: ['sendChartToCloud', 'lasso2d', 'select2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d'] };
const lives = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.mw-live');
  let live = lives.get(parentElement);
  if (live && (live.data.url !== data.url || live.data.charts.length !== data.charts.length)) { live.stop(); live = null; }
  if (!live) { live = start(root, data); lives.set(parentElement, live); }
  else { live.data = data; live.look(); }
  return () => { live.stop(); lives.delete(parentElement); };
}

function start(root, data) {
  const live = { data, last: 0, attempt: null, wait: 500, series: new Map(), facts: {}, views: [] };
  root.replaceChildren();
  live.views = data.charts.map(chart => view(root, chart, data));
  live.stop = () => { live.dead = true; clearTimeout(live.timer); cancelAnimationFrame(live.frame);
    if (live.socket) { live.socket.onclose = null; live.socket.close(); }
    for (const v of live.views) live.plotly?.purge(v.plot); };
  live.look = () => live.ready.then(() => live.dead || live.views.forEach(v => live.plotly.relayout(v.plot, layout(v, live))).valueOf);
  live.ready = load(data.plotly).then(async plotly => {
    if (live.dead) return;
    live.plotly = plotly;
    for (const v of live.views) await plotly.newPlot(v.plot, traces(v, live), layout(v, live), CONFIG);
  }).catch(() => { if (!live.dead) root.textContent = 'The chart could not be loaded. Reload the page; the training is not affected.'; });
  connect(live);
  return live;
}

function view(root, chart, data) {
  const figure = document.createElement('figure'), caption = document.createElement('figcaption'), plot = document.createElement('div');
  const details = document.createElement('details'), summary = document.createElement('summary'), rows = document.createElement('div');
  const title = document.createElement('span'), note = document.createElement('small');
  title.textContent = chart.title; note.textContent = chart.note ?? '';
  caption.append(title, note); summary.textContent = 'Show the numbers'; rows.className = 'mw-rows';
  plot.style.height = data.height + 'px'; plot.setAttribute('role', 'img'); plot.setAttribute('aria-label', chart.title + ' by epoch');
  details.append(summary, rows); figure.append(caption, plot, details); root.append(figure);
  const names = [chart.metric, 'val_' + chart.metric, ...(chart.metric === 'loss' ? ['running_loss'] : [])];
  const shown = { chart, plot, rows, details, names, drawn: names.map(() => 0) };
  return shown;
}

const LABEL = i => ['rows it learns from', 'rows it does not learn from', 'inside the epoch'][i];

function look(element) {
  const css = getComputedStyle(element), v = name => css.getPropertyValue(name).trim();
  const colours = v('--st-chart-categorical-colors').split(',').map(c => c.trim());
  return { text: v('--st-text-color'), border: v('--st-border-color'), back: v('--st-secondary-background-color'), accent: v('--st-primary-color'),
    font: v('--st-font'), training: colours[0] || '#4f46e5', unseen: colours[1] || '#d97706' };
}

function traces(v, live) {
  const l = look(v.plot);
  return v.names.map((name, i) => { const s = live.series.get(name) ?? { x: [], y: [] }; v.drawn[i] = s.x.length;
    return { name: LABEL(i), x: s.x.slice(), y: s.y.slice(), mode: s.x.length > 60 || i === 2 ? 'lines' : 'lines+markers', type: 'scatter', opacity: i === 2 ? 0.35 : 1,
      showlegend: i < 2, hoverinfo: i === 2 ? 'skip' : undefined, hovertemplate: '%{y:.3g} ' + (v.chart.unit ?? '') + '<extra>' + LABEL(i) + '</extra>',
      marker: { size: 5 }, line: { width: i === 2 ? 1 : 2, color: i === 1 ? l.unseen : l.training }, uid: name } });
}

function layout(v, live) {
  const l = look(v.plot), base = live.facts.baseline?.[v.chart.metric], best = live.facts.best, shapes = [], notes = [];
  if (Number.isFinite(base)) {
    shapes.push({ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: base, y1: base, line: { dash: 'dash', width: 1.4, color: l.text }, opacity: 0.6 });
    notes.push({ xref: 'paper', x: 1, xanchor: 'right', y: base, yanchor: 'bottom', text: 'guessing', showarrow: false, font: { size: 11, color: l.text }, opacity: 0.75 });
  }
  if (best?.epoch) {
    shapes.push({ type: 'line', yref: 'paper', y0: 0, y1: 1, x0: best.epoch, x1: best.epoch, line: { dash: 'dot', width: 1.4, color: l.unseen } });
    notes.push({ yref: 'paper', y: 1, yanchor: 'bottom', x: best.epoch, text: 'best: epoch ' + best.epoch, showarrow: false, font: { size: 11, color: l.unseen } });
  }
  const axis = { gridcolor: l.border, linecolor: l.border, zeroline: false, automargin: true };
  return { font: { color: l.text, family: l.font, size: 12 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', uirevision: 'run', hovermode: 'x unified',
    hoverlabel: { bgcolor: l.back, font: { color: l.text } }, modebar: { bgcolor: 'rgba(0,0,0,0)', color: l.border, activecolor: l.accent },
    margin: { l: 48, r: 8, t: 24, b: 36 }, legend: { orientation: 'h', y: -0.22, x: 0 }, height: live.data.height, shapes, annotations: notes,
    xaxis: { ...axis, title: { text: 'Times through all the rows (epochs)' }, rangemode: 'tozero' }, yaxis: { ...axis, title: { text: v.chart.unit ?? '' } } };
}

function connect(live) {
  if (live.dead) return;
  const query = '?after=' + live.last + '&token=' + encodeURIComponent(live.data.token);
  const socket = live.socket = new WebSocket(location.origin.replace(/^http/, 'ws') + live.data.url + query);
  socket.onmessage = event => { live.wait = 500; receive(live, JSON.parse(event.data)); };
  socket.onclose = () => { live.timer = setTimeout(() => connect(live), live.wait); live.wait = Math.min(2 * live.wait, 15000); };
}

function receive(live, message) {
  if (message.facts.attempt !== live.attempt) { live.attempt = message.facts.attempt; live.series.clear(); live.views.forEach(v => v.fresh = true); }
  live.last = message.last;
  live.changed = JSON.stringify(live.facts) !== JSON.stringify(message.facts);
  live.facts = message.facts;
  for (const [name, [x, y]] of Object.entries(message.rows)) {
    const s = live.series.get(name) ?? live.series.set(name, { x: [], y: [] }).get(name);
    for (const value of x) s.x.push(value);
    for (const value of y) s.y.push(value);
  }
  live.ready.then(() => { live.frame ??= requestAnimationFrame(() => { live.frame = null; if (!live.dead && live.plotly) live.views.forEach(v => draw(v, live)); }); });
}

function draw(v, live) {
  if (!v.plot.isConnected) return;
  const counts = v.names.map(name => live.series.get(name)?.x.length ?? 0);
  if (v.fresh || (v.drawn.some(n => n === 0) && counts.some(n => n > 1))) { v.fresh = false; live.plotly.react(v.plot, traces(v, live), layout(v, live), CONFIG); }
  else {
    const grown = v.names.map((name, i) => i).filter(i => counts[i] > v.drawn[i]), tail = axis => grown.map(i => live.series.get(v.names[i])[axis].slice(v.drawn[i]));
    if (grown.length) live.plotly.extendTraces(v.plot, { x: tail('x'), y: tail('y') }, grown);
    for (const i of grown) v.drawn[i] = counts[i];
    if (live.changed) { const { shapes, annotations } = layout(v, live); live.plotly.relayout(v.plot, { shapes, annotations }); }
  }
  if (v.details.open) table(v, live);
  v.details.ontoggle = () => v.details.open && table(v, live);
}

function table(v, live) {
  const seen = live.series.get(v.names[1]) ?? { x: [], y: [] }, own = live.series.get(v.names[0]) ?? { x: [], y: [] };
  const cell = (row, tag, text) => row.appendChild(document.createElement(tag)).textContent = text;
  const grid = document.createElement('table'), head = grid.insertRow();
  ['Epoch', LABEL(0), LABEL(1)].forEach(text => cell(head, 'th', text));
  for (let i = Math.max(0, own.x.length - 200); i < own.x.length; i++) {
    const row = grid.insertRow();
    [own.x[i], own.y[i]?.toPrecision(4) ?? 'not a number', seen.y[i]?.toPrecision(4) ?? ''].forEach(text => cell(row, 'td', text));
  }
  v.rows.replaceChildren(grid);
}
