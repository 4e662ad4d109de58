(function () {
  var d = document;
  d.documentElement.classList.add('js');
  d.querySelectorAll('figure[data-read]').forEach(function (f) {
    var slider = f.querySelector('input[type=range]'), out = f.querySelector('output');
    var rows = f.querySelectorAll('tbody tr'), heads = f.querySelectorAll('thead th'), charts = f.querySelectorAll('svg.chart');
    function show(i, quiet) {
      i = Math.max(0, Math.min(rows.length - 1, i));
      slider.value = i;
      var cells = rows[i].cells, said = [];
      for (var k = 1; k < cells.length; k++) {
        var box = heads[k].dataset.mod && d.getElementById(heads[k].dataset.mod);
        if (cells[k].textContent && (!box || box.checked)) said.push(heads[k].textContent + ' ' + cells[k].textContent);
      }
      out.textContent = cells[0].textContent + ': ' + said.join('; ');
      slider.setAttribute('aria-valuetext', cells[0].textContent);
      charts.forEach(function (s) {
        var line = s.querySelector('.cur');
        if (!quiet) line.classList.add('on');
        line.setAttribute('transform', 'translate(' + (+s.dataset.x + i * s.dataset.dx) + ' 0)');
      });
    }
    charts.forEach(function (s) {
      function point(e) {
        var b = s.getBoundingClientRect();
        show(Math.round(((e.clientX - b.left) * s.viewBox.baseVal.width / b.width - s.dataset.x) / s.dataset.dx));
      }
      s.addEventListener('pointermove', point);
      s.addEventListener('pointerdown', point);
    });
    slider.addEventListener('input', function () { show(+slider.value); });
    f.addEventListener('change', function (e) { if (e.target !== slider) show(+slider.value, 1); });
    show(+slider.value, 1);
  });
  function reach() {
    d.querySelectorAll('.tw').forEach(function (t) {
      if (t.scrollWidth > t.clientWidth + 1 || t.scrollHeight > t.clientHeight + 1) t.tabIndex = 0;
      else t.removeAttribute('tabindex');
    });
  }
  reach();
  addEventListener('resize', reach);
  d.addEventListener('toggle', reach, true);
})();
