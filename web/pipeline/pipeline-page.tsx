export function PipelinePage() {
  return <h1 class="sentences sentence">Pipeline</h1>
}
