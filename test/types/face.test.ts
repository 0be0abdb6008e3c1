/**
 * The hand-written declarations say what the code does: each name is on both sides, and no type is lost on the way.
 */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript-5.9'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as code from '../../src/index.js'
import { packPackage, removeFolder, temporaryFolder, type PackedPackage } from '../package/packed.js'
import { packageFolder } from './project.js'

let packed: PackedPackage
let place: string
let checker: ts.TypeChecker
let face: ReadonlyMap<string, ts.Symbol>
let engine: ReadonlyMap<string, ts.Symbol>

beforeAll(async () => {
  packed = await packPackage()
  place = await temporaryFolder('face')
  const home = join(place, 'node_modules', 'coatcheck')
  await mkdir(join(place, 'node_modules', '@types'), { recursive: true })
  await cp(packed.folder, home, { recursive: true })
  await symlink(packageFolder('@types/node'), join(place, 'node_modules', '@types', 'node'), 'junction')
  await writeFile(join(place, 'app.mts'), `import 'coatcheck'`)
  const files = [join(place, 'app.mts'), join(home, 'dist', 'types', 'index.d.ts'), join(home, 'dist', 'index.d.ts')]
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    types: ['node'],
    typeRoots: [join(place, 'node_modules', '@types')],
  })
  checker = program.getTypeChecker()
  face = exportsOf(program, files[1]!)
  engine = exportsOf(program, files[2]!)
})

afterAll(async () => {
  await packed.remove()
  await removeFolder(place)
})

function exportsOf(program: ts.Program, file: string): ReadonlyMap<string, ts.Symbol> {
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  return new Map(checker.getExportsOfModule(symbol).map((exported) => [exported.name, resolved(exported)]))
}

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function typesOf(symbol: ts.Symbol): ts.Type[] {
  const types: ts.Type[] = []
  if (symbol.flags & ts.SymbolFlags.Type) types.push(checker.getDeclaredTypeOfSymbol(symbol))
  if (symbol.flags & ts.SymbolFlags.Value) types.push(checker.getTypeOfSymbol(symbol))
  return types
}

function isValue(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Value) !== 0
}

function isLost(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) !== 0
}

function properties(exports: ReadonlyMap<string, ts.Symbol>, name: string): ts.Symbol[] {
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(exports.get(name)!))
}

/** The names of the members that this package declares for a type, those of Node's EventEmitter left out. */
function members(exports: ReadonlyMap<string, ts.Symbol>, name: string): string[] {
  return properties(exports, name)
    .filter((member) => member.declarations?.some((at) => at.getSourceFile().fileName.includes('/coatcheck/')))
    .map((member) => member.name)
    .sort()
}

function methodsOf(constructor: { prototype: object }): string[] {
  return Object.getOwnPropertyNames(constructor.prototype)
    .filter((name) => name !== 'constructor')
    .sort()
}

// Types that the face adds: those of express-session's own declarations, and what is needed to describe them.
const onlyInFace = [
  'Cookie',
  'CookieConstructor',
  'ExpressStoreOptions',
  'LiveCookie',
  'SessionData',
  'StoreLike',
  'StoredCookie',
]

describe('the names', () => {
  it('that the code exports are all declared, and the other way round', () => {
    const declared = [...face].filter(([, symbol]) => isValue(symbol)).map(([name]) => name)
    const exported = Object.keys(code).filter((name) => name !== 'module.exports')
    expect(declared.sort()).toEqual(exported.sort())
  })

  it('of the types that the code exports are all declared, and few more', () => {
    const exported = [...engine.keys()].filter((name) => name !== 'module.exports')
    const names = [...face.keys()]
    expect(exported.filter((name) => !face.has(name))).toEqual([])
    expect(names.filter((name) => !engine.has(name)).sort()).toEqual(onlyInFace.filter((name) => name !== 'Cookie'))
  })
})

describe('no type is lost', () => {
  it('among those that are exported', () => {
    const lost = [...face].filter(([, symbol]) => typesOf(symbol).length === 0 || typesOf(symbol).some(isLost))
    expect(lost.map(([name]) => name)).toEqual([])
  })

  it('among the members of the mounted object and the options', () => {
    for (const name of ['Sessions', 'CoatcheckOptions', 'SessionOptions', 'SessionStore', 'SessionRecord']) {
      const declared = properties(face, name)
      const lost = declared.filter((member) => isLost(checker.getTypeOfSymbol(member)))
      expect(declared.length).toBeGreaterThan(3)
      expect(lost.map((member) => `${name}.${member.name}`)).toEqual([])
    }
  })
})

describe('the members', () => {
  it('of the mounted object are those that it has', () => {
    const mounted = code.coatcheck({ secret: 'x'.repeat(32) })
    expect(members(face, 'Sessions')).toEqual(Object.keys(mounted).sort())
    return mounted.close()
  })

  it('of Session are those on its prototype, and its own', () => {
    // Inert there, so that no data reaches a prototype; nobody writes it down.
    const methods = methodsOf(code.Session).filter((name) => name !== '__proto__')
    expect(members(face, 'Session')).toEqual([...methods, 'cookie', 'id'].sort())
  })

  it('of a cookie are its accessors and methods, and its attributes', () => {
    const attributes = Object.keys(new code.Cookie().data)
    const declared = members(face, 'LiveCookie').filter((name) => name !== 'signed')
    expect(declared).toEqual([...new Set([...methodsOf(code.Cookie), ...attributes])].sort())
    expect(members(face, 'StoredCookie')).toEqual(attributes.sort())
  })

  it('of Store are those on its prototype, and what a store brings', () => {
    const brought = ['all', 'clear', 'destroy', 'get', 'length', 'set', 'touch']
    expect(members(face, 'Store')).toEqual([...methodsOf(code.Store), ...brought].sort())
    expect(methodsOf(code.MemoryStore)).toEqual(brought)
  })

  it('of the options are those that the doors know', () => {
    expect(members(face, 'CoatcheckOptions')).toEqual(members(engine, 'CoatcheckOptions'))
    // `key` is an old word for `name`, taken but not offered.
    expect(members(face, 'SessionOptions')).toEqual(members(engine, 'SessionOptions').filter((name) => name !== 'key'))
    expect(members(face, 'CookieOptions')).toEqual(members(engine, 'CookieOptions'))
  })
})
