--- The page at /dgraph/: one HTML text without outside resources, which reads /dgraph/status.
return [[
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>dgraph</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
td, th { padding: 0 1rem 0 0; text-align: left }
</style>
<h1>dgraph</h1>
<table id="models"><tr><th>model<th>steps<th>examples<th>loss<th>checkpoint</table>
<script>
async function show() {
  const answer = await fetch("/dgraph/status");
  const status = await answer.json();
  const table = document.getElementById("models");
  while (table.rows.length > 1) table.deleteRow(1);
  for (const model of status.models) {
    const row = table.insertRow();
    const age = model.checkpoint && model.checkpoint.age;
    for (const text of [model.name, model.steps, model.examples,
      model.loss === undefined ? "-" : model.loss.toFixed(4),
      age == null ? "-" : age + " s ago"]) row.insertCell().textContent = text;
  }
}
show();
setInterval(show, 2000);
</script>
]]
