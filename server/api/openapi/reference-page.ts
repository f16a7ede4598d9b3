import { html, raw } from 'hono/html'
import { PROBLEM_KINDS } from '../http/problem-kinds.ts'
import type { DescribedOperation, OpenApiDocument } from './document.ts'
import { REFERENCE_STYLE } from './reference-style.ts'
import { describedSchema, type SchemaView, type TypeView } from './schema-view.ts'

/** A piece of the page; what stands in it is escaped already. */
type Markup = ReturnType<typeof html>

/** The document as a page to read: no scripts, nothing from elsewhere. */
export function referencePage(document: OpenApiDocument): Markup {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const groups = document.tags.map(({ name }) => ({
    name,
    operations: operations.filter(({ operation, path }) => operation.tags.includes(name) && !path.endsWith('.csv')),
  }))
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => describedSchema(name, schema))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidewatch: the API</title>
<style>${raw(REFERENCE_STYLE)}</style>
</head>
<body>
<div class="page">
<nav aria-label="Contents">
<a href="./">Tidewatch</a>
${groups.map(({ name, operations: own }) => contents(name, own))}
<h2>Shapes</h2>
<ul>${schemas.map(({ name }) => html`<li><a href="#${anchor(name)}">${name}</a></li>`)}</ul>
</nav>
<main>
<h1>The API, under ${document.servers[0]?.url ?? ''}</h1>
<p>${document.info.description}</p>
<p class="second">For programs: <a href="api/v1/openapi.json">openapi.json</a> (OpenAPI ${document.openapi}).</p>
${groups.map(
  ({ name, operations: own }) => html`<h2>${name}</h2>
${own.map(({ path, method, operation }) => operationSection(path, method, operation))}`,
)}
<h2>What can be wrong</h2>
<p>Every error is <code>application/problem+json</code> (RFC 9457), a <a href="#${anchor('ProblemDetails')}">ProblemDetails</a>. Its <code>type</code> leads here.</p>
${Object.entries(PROBLEM_KINDS).map(
  ([kind, { status, title, about }]) => html`<h3 id="${kind}">${status} ${kind}: ${title}</h3>
<p>${prose(about)}</p>`,
)}
<h2>Shapes</h2>
${schemas.map(schemaSection)}
</main>
</div>
</body>
</html>
`
}

interface Listed {
  readonly path: string
  readonly operation: DescribedOperation
}

function contents(group: string, operations: readonly Listed[]): Markup {
  return html`<h2>${group}</h2>
<ul>${operations.map(({ path, operation }) => html`<li><a href="#${operation.operationId}">${path}</a></li>`)}</ul>`
}

function operationSection(path: string, method: string, operation: DescribedOperation): Markup {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  const { 'application/json': sent } = requestBody?.content ?? {}
  return html`<h3 id="${operationId}"><code>${method.toUpperCase()} ${path}</code></h3>
<p>${prose(summary)}</p>
${description === undefined ? '' : html`<p class="second">${prose(description)}</p>`}
${parameters.length === 0 ? '' : parameterTable(parameters)}
${sent === undefined ? '' : html`<p class="second">Takes ${answerText('application/json', sent.schema)}.</p>`}
<p class="second">Answers ${joined(Object.entries(responses['200']?.content ?? {}).map(([type, { schema }]) => answerText(type, schema)))}; refuses with ${Object.keys(
    responses,
  )
    .filter((status) => status !== '200')
    .join(', ')}.</p>`
}

function answerText(type: string, schema: unknown): Markup {
  const { kind, name } = describedSchema('', schema ?? {}).type
  return html`<code>${type}</code>${kind === 'reference' ? html` (<a href="#${anchor(name)}">${name}</a>)` : ''}`
}

function parameterTable(parameters: DescribedOperation['parameters']): Markup {
  return html`<table>
<thead><tr><th>Parameter</th><th>Takes</th><th></th></tr></thead>
<tbody>${parameters.map(
    ({
      name,
      required,
      schema,
      description,
    }) => html`<tr><td><code>${name}</code>${required ? '' : html` <span class="second">optional</span>`}</td>
<td>${typeText(describedSchema(name, schema).type)}</td><td>${prose(description ?? '')}</td></tr>`,
  )}</tbody>
</table>`
}

function schemaSection({ name, about, type, fields }: SchemaView): Markup {
  return html`<h3 id="${anchor(name)}">${name}</h3>
<p>${prose(about)}</p>
${
  fields.length === 0
    ? html`<p class="second">${typeText(type)}</p>`
    : html`<table>
<thead><tr><th>Field</th><th>Is</th><th></th></tr></thead>
<tbody>${fields.map(
        (
          field,
        ) => html`<tr><td><code>${field.path}</code>${field.isOptional ? html` <span class="second">optional</span>` : ''}</td>
<td>${typeText(field.type)}</td><td>${prose(field.about)}</td></tr>`,
      )}</tbody>
</table>`
}`
}

function typeText({ kind, name, isNullable }: TypeView): Markup {
  const text = kind === 'reference' ? html`<a href="#${anchor(name)}">${name}</a>` : html`${name}`
  return isNullable ? html`${text} or null` : text
}

/** What stands between backticks is code. */
function prose(text: string): Markup {
  return html`${text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`
}

function joined(parts: readonly Markup[]): Markup {
  return html`${parts.map((part, index) => (index === 0 ? part : html` or ${part}`))}`
}

function anchor(schema: string): string {
  return `shape-${schema}`
}
