(function () {
  "use strict";
  var table = document.getElementById("every"), body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows), box = document.getElementById("find");
  var shown = document.getElementById("shown");
  box.parentNode.hidden = false;
  function find() {
    var words = box.value.toLowerCase().split(/\s+/), n = 0;
    rows.forEach(function (row) {
      var text = row.cells[0].textContent.toLowerCase();
      var here = words.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !here;
      n += here ? 1 : 0;
    });
    shown.textContent = n + " / " + rows.length;
  }
  function key(row, at) {
    var cell = row.cells[at], value = cell.getAttribute("data-v");
    return at === 0 ? cell.textContent : value === "" ? null : Number(value);
  }
  function sort(head, at) {
    var up = head.getAttribute("aria-sort") !== "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.sort(function (a, b) {
      var x = key(a, at), y = key(b, at);
      if (x === null || y === null) { return (x === null) - (y === null); }
      return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
    });
    rows.forEach(function (row) { body.appendChild(row); });
  }
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, at) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () { sort(head, at); });
  });
  box.addEventListener("input", find);
  find();
})();
