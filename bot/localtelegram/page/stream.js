// A shared worker that holds one stream for all tabs: a browser opens six connections to a server and
// no more, so that seven people in seven tabs with a stream each would leave none for sending.

const ports = new Set();
let stream = null;
let online = false;

function tell(data) { for (const port of ports) port.postMessage(data); }

function open() {
  stream = new EventSource("/local/events");
  stream.onmessage = (e) => { online = true; tell(e.data); };
  stream.onerror = () => {
    if (online) tell('{"kind":"lost"}');
    online = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000);
  };
}

self.onconnect = (e) => {
  const port = e.ports[0];
  port.onmessage = () => ports.delete(port); // the tab says that it closes
  ports.add(port);
  if (stream === null) open();
  else port.postMessage('{"kind":"joined"}');
};
