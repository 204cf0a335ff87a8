// The uploads of the embedded platform: tus 1.0 by @tus/server, files in one folder.
//
//   node tus_server.mjs config.json
//
// config: {
//   "host": "127.0.0.1", "port": 18084,   or "socket": a path that only its owner reaches
//   "path": "/files",            where uploads are, as the client sees it behind the gateway
//   "folder": ".../uploads",     <id> holds the bytes, <id>.json what was said of them
//   "modules": ".../node_modules/..",  the folder that holds node_modules
//   "maximum_bytes": 17179869184,
//   "hook": "http://127.0.0.1:PORT/hooks/finished", "hook_secret": "...",
//   "hook_socket": "...",        where the hook listens, when that is no port
//   "user_header": "x-onemap-user",    set by the gateway, never by the client
//   "expire_hours": 168
// }
//
// Prints "ready" once it listens.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'

const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
// ECMAScript modules ignore NODE_PATH, and the checkout has no node_modules of its own.
const require = createRequire(path.join(config.modules, 'any.js'))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const {Server} = await load('@tus/server')
const {FileStore} = await load('@tus/file-store')

fs.mkdirSync(config.folder, {recursive: true})
const store = new FileStore({
  directory: config.folder,
  expirationPeriodInMilliseconds: (config.expire_hours ?? 168) * 3600 * 1000,
})
const HEX = /^[0-9a-f]{64}$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

const refuse = (status, text) => {
  throw {status_code: status, body: text + '\n'}
}

const header = (request, name) =>
  (request.headers.get ? request.headers.get(name) : request.headers[name]) ?? ''

// A lost message is no harm: the intake looks through the folder by itself as well.
function tell(upload) {
  const lost = (error) => console.error('hook:', error.message)
  const sent = http.request(config.hook, {
    ...(config.hook_socket ? {socketPath: config.hook_socket} : {}),
    method: 'POST',
    headers: {'content-type': 'application/json', 'x-hook-secret': config.hook_secret},
    timeout: 2000,
  })
  sent.on('response', (response) => response.resume())
  sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
  sent.on('error', lost)
  sent.end(JSON.stringify({id: upload.id}))
}

const METHODS = ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS']

const userOf = (request) => header(request, config.user_header ?? 'x-onemap-user')

async function full() {
  const disk = await fs.promises.statfs(config.folder)
  return disk.bavail * disk.bsize < 1 << 20
}

// Version 1 (Node 16 and later) hands its hooks (request, response, what it is about), version 2
// (Node 20.19 and later) leaves the response out: what it is about always comes last.
const server = new Server({
  path: config.path ?? '/files',
  datastore: store,
  // No host in Location: behind a gateway this server does not know its own name.
  relativeLocation: true,
  disableTerminationForFinishedUploads: true,
  maxSize: config.maximum_bytes,
  async onIncomingRequest(request, ...rest) {
    const id = rest.at(-1)
    if (request.method === 'POST' || request.method === 'OPTIONS') return
    // An upload is its maker's alone; of an unknown one the store says so itself.
    const upload = await store.getUpload(id)
    if ((upload.metadata?.by ?? '') !== userOf(request)) refuse(403, 'the upload of someone else')
  },
  async onUploadCreate(request, ...rest) {
    const upload = rest.at(-1)
    const said = upload.metadata ?? {}
    if (upload.size === undefined) refuse(400, 'the length must be known')
    if (!NAME.test(said.package_id ?? '')) refuse(400, 'package_id is missing or unusable')
    if (!HEX.test(said.sha256 ?? '') || !HEX.test(said.sm3 ?? '')) {
      refuse(400, 'sha256 and sm3 of the package are missing')
    }
    return {res: rest[0], metadata: {...said, by: userOf(request)}}
  },
  async onUploadFinish(request, ...rest) {
    tell(rest.at(-1))
    return {res: rest[0]}
  },
  async onResponseError(request, ...rest) {
    const error = rest.at(-1)
    // The store calls every failed write an error of the server; a full disk has its own number.
    if ((error.status_code ?? 500) >= 500 && (await full())) {
      return {status_code: 507, body: 'no space left for uploads\n'}
    }
  },
})

const web = http.createServer((request, response) => {
  // @tus/server would also hand out what was uploaded.
  if (!METHODS.includes(request.method)) {
    response.writeHead(405, {allow: METHODS.join(', ')}).end()
    return
  }
  server.handle(request, response)
})
web.requestTimeout = 0
const where = config.socket ? [config.socket] : [config.port, config.host ?? '127.0.0.1']
web.listen(...where, () => console.log('ready'))
setInterval(() => server.cleanUpExpiredUploads().catch(() => {}), 3600 * 1000).unref()
