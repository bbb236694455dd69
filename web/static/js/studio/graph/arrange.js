/** Where the turns of a scene go in its picture: in layers by dagre, or where an author has put them. */
import { Graph, layout } from "../../../vendor/dagre/dagre.js";

export const CARD = { width: 216, height: 78 };
export const ENDING = { width: 184, height: 58 };
export const FINISH = { width: 64, height: 34 };
const GAP = 24;

/**
 * Nodes and edges of a graph as the API tells it. Rules that lead from one turn to the same other are one edge.
 * A node: { id, kind: turn | ending | finish | missing, of, width, height }; an edge: { from, to, rules }.
 */
export function partsOf(graph) {
  const nodes = graph.turns.map((turn) => ({ id: turn.id, kind: "turn", of: turn, ...CARD }));
  const ids = new Set(graph.turns.map(({ id }) => id));
  const edges = new Map();
  for (const turn of graph.turns) {
    for (const rule of turn.rules.filter(({ go }) => go !== "again")) {
      const to = rule.go === "finish" ? ":finish" : ids.has(rule.go) ? rule.go : `?${rule.go}`;
      const key = `${turn.id} ${to}`;
      if (!edges.has(key)) edges.set(key, { from: turn.id, to, rules: [] });
      edges.get(key).rules.push({ ...rule, turn: turn.id });
    }
  }
  for (const { to } of edges.values()) {
    if (to.startsWith("?") && !nodes.some(({ id }) => id === to)) nodes.push({ id: to, kind: "missing", of: { id: to.slice(1) }, ...ENDING });
  }
  nodes.push({ id: ":finish", kind: "finish", of: {}, ...FINISH });
  for (const ending of graph.endings) {
    nodes.push({ id: `:${ending.id}`, kind: "ending", of: ending, ...ENDING });
    edges.set(`:finish :${ending.id}`, { from: ":finish", to: `:${ending.id}`, rules: [], ending });
  }
  return { nodes, edges: [...edges.values()] };
}

/** Id of a node -> its middle, and the points of edges between nodes that nobody has moved. `places` are corners. */
export function arranged({ nodes, edges }, places) {
  const own = byLayers(nodes, edges);
  const put = new Map();
  for (const node of nodes) if (places[node.id]) put.set(node.id, middleOf(node, places[node.id]));
  if (!put.size) return { middles: own.middles, points: own.points };
  for (const node of nodes.filter(({ id }) => !put.has(id))) put.set(node.id, beside(node, nodes, edges, own.middles, put));
  return { middles: put, points: new Map() };
}

export const cornerOf = (node, { x, y }) => [Math.round(x - node.width / 2), Math.round(y - node.height / 2)];
const middleOf = (node, [left, top]) => ({ x: left + node.width / 2, y: top + node.height / 2 });
export const keyOf = ({ from, to }) => `${from} ${to}`;

function byLayers(nodes, edges) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 34, ranksep: 46, edgesep: 14, marginx: 20, marginy: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { from, to } of edges) graph.setEdge(from, to, { width: 20, height: 14, labelpos: "c" });
  layout(graph);
  return {
    middles: new Map(nodes.map(({ id }) => [id, { x: graph.node(id).x, y: graph.node(id).y }])),
    points: new Map(edges.map((edge) => [keyOf(edge), graph.edge(edge.from, edge.to).points])),
  };
}

/** A node without a place of its own: as far from a neighbour that has one as the layers would put it, where there is room. */
function beside(node, nodes, edges, own, put) {
  const from = edges.find(({ from, to }) => to === node.id && put.has(from))?.from;
  const near = from ?? edges.find(({ from, to }) => from === node.id && put.has(to))?.to;
  const { x, y } = own.get(node.id);
  const moved = near ? { x: put.get(near).x - own.get(near).x, y: put.get(near).y - own.get(near).y } : { x: 0, y: 0 };
  const middle = { x: x + moved.x, y: y + moved.y };
  const sizes = new Map(nodes.map((each) => [each.id, each]));
  const inTheWay = () =>
    [...put].find(
      ([id, { x, y }]) =>
        Math.abs(x - middle.x) < (sizes.get(id).width + node.width) / 2 + GAP &&
        Math.abs(y - middle.y) < (sizes.get(id).height + node.height) / 2 + GAP,
    );
  for (let other = inTheWay(); other; other = inTheWay()) {
    middle.x = other[1].x + (sizes.get(other[0]).width + node.width) / 2 + GAP + 1;
  }
  return middle;
}
