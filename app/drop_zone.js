// Sends one file in pieces to our upload route. An interrupted upload goes on where it stopped, also after a reload.
const zones = new WeakMap()
const MB = 1e6

export default function ({ data, parentElement, setTriggerValue }) {
  const find = name => parentElement.querySelector('.' + name)
  let zone = zones.get(parentElement)
  if (!zone) zones.set(parentElement, (zone = { sending: null, dead: false }))
  zone.data = data
  zone.tell = file => setTriggerValue('done', file)
  zone.find = find

  find('ask').querySelector('.title').textContent = data.title
  find('ask').querySelector('.hint').textContent = data.hint
  const pick = find('pick')
  pick.textContent = data.button
  pick.classList.toggle('main', data.primary)
  const file = find('file')
  file.accept = data.accept
  pick.onclick = () => file.click()
  file.onchange = () => { start(zone, file.files); file.value = '' }
  const area = find('zone')
  area.ondragover = event => { event.preventDefault(); area.classList.add('over') }
  area.ondragleave = event => { if (!area.contains(event.relatedTarget)) area.classList.remove('over') }
  area.ondrop = event => { event.preventDefault(); area.classList.remove('over'); start(zone, event.dataTransfer.files) }
  find('cancel').onclick = () => cancel(zone)
  return () => { zone.dead = true; zone.sending?.abort?.abort(); zones.delete(parentElement) }
}

function start(zone, files) {
  if (zone.sending || !files.length) return
  if (files.length > 1) return trouble(zone, 'Please choose one file. Put pictures into a zip with one folder per class first.')
  const file = files[0]
  if (!file.size) return trouble(zone, `“${file.name}” is empty, or it is a folder. Choose a file with content; put a folder of pictures into a zip first.`)
  trouble(zone, '')
  zone.sending = { file, id: identity(file), began: performance.now(), first: null, piece: zone.data.piece }
  show(zone)
  send(zone, zone.sending)
}

async function send(zone, sending) {
  const { file } = sending
  let tries = 0
  let offset = null
  while (!zone.dead && zone.sending === sending) {
    try {
      if (offset === null) offset = (await ask(zone, sending, 'GET')).offset
      if (sending.first === null) sending.first = offset
      progress(zone, sending, offset)
      if (offset >= file.size) return finish(zone, sending)
      offset = (await ask(zone, sending, 'PUT', offset, file.slice(offset, offset + sending.piece))).offset
      tries = 0
    } catch (error) {
      if (zone.dead || zone.sending !== sending) return
      if (error.final) return stop(zone, error.message)
      if (error.piece) sending.piece = error.piece
      offset = null
      tries += 1
      told(zone, `The connection broke. Trying again… (${tries})`)
      if (tries > 30) return stop(zone, 'The connection stayed away. Drop the file again when it is back: the upload goes on where it stopped.')
      await new Promise(go => setTimeout(go, Math.min(500 * 2 ** Math.min(tries, 5), 10000)))
    }
  }
}

async function ask(zone, sending, method, offset, body) {
  sending.abort = new AbortController()
  const query = method === 'PUT' ? `?offset=${offset}&total=${sending.file.size}` : ''
  const answer = await fetch(zone.data.url + sending.id + query, {
    method, body, signal: sending.abort.signal, headers: { authorization: 'Bearer ' + zone.data.token },
  })
  if (answer.ok || answer.status === 409) return answer.json()
  if (answer.status === 413 && sending.piece > 0.8 * MB && method === 'PUT' && !answer.headers.get('x-modelwright')) throw Object.assign(new Error(), { piece: 0.75 * MB })
  const known = answer.headers.get('x-modelwright') && (await answer.json().catch(() => null))
  if (known && answer.status !== 403) throw Object.assign(new Error(known.what + ' ' + known.fix), { final: true })
  throw new Error('again')
}

function finish(zone, sending) {
  forget(sending.file)
  zone.sending = null
  show(zone)
  zone.tell({ id: sending.id, name: sending.file.name, bytes: sending.file.size })
}

function cancel(zone) {
  const sending = zone.sending
  if (!sending) return
  zone.sending = null
  sending.abort?.abort()
  forget(sending.file)
  fetch(zone.data.url + sending.id, { method: 'DELETE', headers: { authorization: 'Bearer ' + zone.data.token } }).catch(() => {})
  show(zone)
}

function stop(zone, why) {
  zone.sending = null
  show(zone)
  trouble(zone, why)
}

function show(zone) {
  const busy = Boolean(zone.sending)
  zone.find('ask').hidden = busy
  zone.find('busy').hidden = !busy
  if (busy) zone.find('name').textContent = zone.sending.file.name
}

function progress(zone, sending, offset) {
  const part = offset / sending.file.size
  const seconds = (performance.now() - sending.began) / 1000
  const speed = (offset - sending.first) / seconds
  const left = speed > 0 ? (sending.file.size - offset) / speed : null
  const time = left === null || seconds < 1 ? '' : left < 90 ? ` · ${Math.max(1, Math.round(left))} s left` : ` · ${Math.round(left / 60)} min left`
  told(zone, `${megabytes(offset)} of ${megabytes(sending.file.size)} MB${time}`)
  const bar = zone.find('bar')
  bar.setAttribute('aria-valuenow', Math.round(100 * part))
  bar.firstElementChild.style.width = 100 * part + '%'
}

const megabytes = bytes => (bytes / MB).toLocaleString('en', { maximumSignificantDigits: 3 })
const told = (zone, text) => (zone.find('told').textContent = text)

function trouble(zone, text) {
  const place = zone.find('trouble')
  place.hidden = !text
  place.textContent = text
}

const mark = file => `modelwright-upload:${file.name}:${file.size}:${file.lastModified}`

function identity(file) {
  let id = null
  try { id = localStorage.getItem(mark(file)) } catch { /* a private window */ }
  if (/^[0-9a-f]{32}$/.test(id ?? '')) return id
  id = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
  try { localStorage.setItem(mark(file), id) } catch { /* a private window */ }
  return id
}

function forget(file) {
  try { localStorage.removeItem(mark(file)) } catch { /* a private window */ }
}
