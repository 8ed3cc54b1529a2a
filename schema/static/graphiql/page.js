// The page around GraphiQL: keeps the API key for this tab, sends operations, and follows subscriptions over SSE.
const secret = document.getElementById("secret");
const known = document.getElementById("known");
const root = ReactDOM.createRoot(document.getElementById("graphiql"));
let opened = 0;

const headers = (more) => ({
  "content-type": "application/json",
  ...(secret.value ? { authorization: `Bearer ${secret.value}` } : {}),
  ...more,
});

const send = (params, more) =>
  fetch("graphql", { method: "POST", headers: headers(more), body: JSON.stringify(params) });

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const lines = block.split("\n").filter((line) => line.startsWith("data: "));
        const data = lines.map((line) => line.slice(6)).join("\n");
        if (block.startsWith("event: complete")) return;
        if (data) yield JSON.parse(data);
      }
    }
  } finally {
    reader.cancel(); // GraphiQL's stop button ends the stream at the hub too
  }
}

const fetcher = async (params, options) => {
  const name = params.operationName;
  const operations = (options && options.documentAST ? options.documentAST.definitions : []).filter(
    (one) => one.kind === "OperationDefinition" && (!name || (one.name && one.name.value === name)),
  );
  const live = operations.length > 0 && operations[0].operation === "subscription";
  const accept = live ? "text/event-stream" : "application/graphql-response+json, application/json";
  const response = await send(params, { accept, ...((options && options.headers) || {}) });
  const streams = (response.headers.get("content-type") || "").startsWith("text/event-stream");
  return streams ? events(response) : response.json();
};

// A new key may see another schema's worth of data: GraphiQL begins anew with it, its tabs as they were.
function open() {
  root.render(
    React.createElement(GraphiQL, {
      key: (opened += 1),
      fetcher,
      defaultTabs: examples,
      defaultEditorToolsVisibility: "variables",
    }),
  );
}

async function use() {
  sessionStorage.setItem("crossdock-key", secret.value);
  known.className = "";
  known.textContent = secret.value ? "" : "Paste a key to begin.";
  if (secret.value) {
    const answer = await (await send({ query: "{ viewer { name } }" })).json();
    const viewer = answer.data && answer.data.viewer;
    known.className = viewer ? "" : "bad";
    known.textContent = viewer ? `Asking as ${viewer.name}.` : "This key is not known.";
  }
  open();
}

document.getElementById("key").addEventListener("submit", (event) => {
  event.preventDefault();
  use();
});
secret.addEventListener("change", use);

// A link may bring a key after its hash, which browsers do not send: /graphql#key=cdk_...
const linked = new URLSearchParams(location.hash.slice(1)).get("key");
if (linked) history.replaceState(null, "", location.pathname);
secret.value = linked || sessionStorage.getItem("crossdock-key") || "";
use();
