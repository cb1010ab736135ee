// The pointer, the fingers, the wheel and the keys over the photo: which of them paint, and which move what is seen.

const KEYS = { p: "pick", b: "brush", e: "eraser", r: "rectangle", l: "lasso" };

function listenToPointer(editor, canvas) {
  const { view } = editor;
  const fingers = new Map();
  let painting = null; // {id, adding} of the pointer that paints
  let panning = null;
  let pinch = null;

  canvas.oncontextmenu = (event) => event.preventDefault();

  canvas.onpointerdown = (event) => {
    if (!editor.ready) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    if (fingers.size === 2 && event.pointerType === "touch") {
      if (painting) editor.drop();
      painting = null;
      pinch = spread(fingers);
      return;
    }
    if (event.button === 1 || editor.spaceHeld) {
      panning = event;
      event.preventDefault();
      return;
    }
    if (painting || pinch || event.button > 2) return;
    const taking = event.button === 2 || event.altKey || editor.bar.tool === "eraser" || editor.bar.taking;
    painting = { id: event.pointerId, adding: !taking };
    editor.begin();
    TOOLS[editor.bar.tool].down(editor, view.place(event), painting.adding);
  };

  canvas.onpointermove = (event) => {
    if (!editor.ready) return;
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
    const at = view.place(event);
    if (pinch && fingers.size >= 2) {
      const now = spread(fingers);
      view.move(now.clientX - pinch.clientX, now.clientY - pinch.clientY);
      view.zoomTo((view.zoom * now.length) / pinch.length, now);
      pinch = now;
    } else if (panning) {
      view.move(event.clientX - panning.clientX, event.clientY - panning.clientY);
      panning = event;
    } else if (painting?.id === event.pointerId) {
      editor.pointer = at;
      for (const each of event.getCoalescedEvents?.() ?? [event]) {
        TOOLS[editor.bar.tool].move(editor, view.place(each), painting.adding);
      }
    } else if (event.pointerType !== "touch") {
      editor.pointer = at;
      TOOLS[editor.bar.tool].hover?.(editor, at);
      view.draw();
    }
  };

  const end = (event) => {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) pinch = null;
    panning = null;
    if (painting?.id !== event.pointerId) return;
    if (event.type === "pointercancel") editor.drop();
    else {
      TOOLS[editor.bar.tool].up(editor, painting.adding);
      editor.finish();
    }
    painting = null;
  };
  canvas.onpointerup = canvas.onpointercancel = end;

  canvas.onpointerleave = () => {
    editor.pointer = null;
    TOOLS[editor.bar.tool].leave?.(editor);
    view.draw();
  };

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (event.shiftKey) view.move(-event.deltaY || -event.deltaX, 0);
      else view.zoomTo(view.zoom * 1.0015 ** -event.deltaY, event);
    },
    { passive: false },
  );
}

// The middle of two fingers and how far they are apart.
function spread(fingers) {
  const [one, other] = fingers.values();
  return {
    clientX: (one.clientX + other.clientX) / 2,
    clientY: (one.clientY + other.clientY) / 2,
    length: Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)),
  };
}

// Keys count wherever nothing is typed or chosen with them; the page's own shortcuts stand back as long as the editor
// is there.
function listenToKeys(editor, root) {
  // The element that has the focus, here or elsewhere on the page.
  const focused = () => root.getRootNode().activeElement ?? document.activeElement;
  const typing = () => {
    const { type, tagName, isContentEditable } = focused() ?? {};
    return isContentEditable || tagName === "TEXTAREA" || /^(text|search|number|range|radio|file)$/.test(type);
  };
  const press = (event) => {
    if (!root.isConnected) {
      removeEventListener("keydown", press, true);
      removeEventListener("keyup", release, true);
      return;
    }
    if (typing() || !editor.ready) return;
    if (!key(editor, event, focused())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const release = (event) => {
    if (event.key === " ") editor.hold(false);
  };
  addEventListener("keydown", press, true);
  addEventListener("keyup", release, true);
}

// Whether the key meant something.
function key(editor, event, focused) {
  const name = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (name === "z") event.shiftKey ? editor.redo() : editor.undo();
    else if (name === "y") editor.redo();
    else if (name === "i") editor.invert();
    else return false;
    return true;
  }
  if (event.altKey) return false;
  if (KEYS[name]) editor.bar.choose(KEYS[name]);
  else if (name === "i") editor.invert();
  else if (name === "[" || name === "]") editor.bar.resize(name === "]" ? 1.2 : 1 / 1.2);
  else if (name === "+" || name === "=") editor.view.zoomTo(editor.view.zoom * 1.4);
  else if (name === "-") editor.view.zoomTo(editor.view.zoom / 1.4);
  else if (name === "0") editor.view.zoomTo(1);
  else if (name === "delete" || name === "backspace") editor.clear();
  else if (/^[1-9]$/.test(name)) editor.activate(Number(name) - 1);
  else if (name === " " && focused?.tagName !== "BUTTON") editor.hold(true);
  else return false;
  return true;
}
