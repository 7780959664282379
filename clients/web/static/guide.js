/* Keeps the scoreboard fresh: told by an event stream, else asking often enough to know within two
 * seconds. The page is fetched anew and its board put in place of the old one; all of it works
 * without, by reloading. */
'use strict';
(function () {
  var board = document.getElementById('board'), mark = document.getElementById('live');
  var source = null, heard = 0, timer = 0, fetching = false, again = false;
  if (!board || !mark || !window.fetch) { return; }

  function say(how) {
    if (mark.dataset.now === how) { return; }
    mark.dataset.now = how;
    mark.textContent = mark.dataset[how] || '';
  }
  /* What has the focus is found again by its id or where it leads. */
  function swap(fresh) {
    var at = document.activeElement, inside = board.contains(at), x = scrollX, y = scrollY;
    var id = inside && at.id, href = inside && at.getAttribute('href');
    board.querySelectorAll('details[open]').forEach(function (one) {
      var same = fresh.querySelector('#' + one.id);
      if (same) { same.open = true; }
    });
    board.replaceWith(fresh);
    board = fresh;
    if (inside) {
      board.querySelectorAll('summary,a,[tabindex]').forEach(function (one) {
        if (id ? one.id === id : href && one.getAttribute('href') === href) {
          one.focus({ preventScroll: true });
        }
      });
    }
    scrollTo(x, y);
  }
  function take(text) {
    var fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('board');
    if (!fresh) { location.reload(); return; }
    swap(document.adoptNode(fresh));
  }
  function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    again = false;
    fetch(location.href, { headers: { 'If-None-Match': board.dataset.tag }, cache: 'no-store',
      redirect: 'manual' }).then(function (reply) {
      if (reply.status === 401 || reply.status === 403) { location.reload(); return ''; }
      if (reply.status !== 200 && reply.status !== 304) { throw reply.status; }
      say(source && heard ? 'live' : 'poll');
      return reply.status === 200 ? reply.text().then(take) : '';
    }).catch(function () { say('gone'); }).then(function () {
      fetching = false;
      if (again) { refresh(); }
    });
  }
  function hangUp() {
    if (source) { source.close(); }
    source = null;
    heard = 0;
  }
  function listen() {
    var first = true;
    hangUp();
    if (!window.EventSource) { return; }
    source = new EventSource(board.dataset.stream);
    source.addEventListener('beat', function () { heard = Date.now(); say('live'); });
    source.addEventListener('changed', function (event) {
      var known = first && Number(event.data) <= Number(board.dataset.version);
      heard = Date.now();
      first = false;
      say('live');
      if (!known) { refresh(); }
    });
    source.addEventListener('ended', function () { location.reload(); });
    source.addEventListener('full', function () { hangUp(); refresh(); });
    source.onerror = function () {
      heard = 0;
      if (source && source.readyState === 2) { hangUp(); }
      refresh();
    };
  }
  /* Every second and a half: is the stream alive? It beats every ten; without it the page asks. */
  function look() {
    if (heard && Date.now() - heard < 25000) { return; }
    if (heard) { hangUp(); }
    refresh();
  }
  function wake() {
    clearInterval(timer);
    if (document.hidden) { hangUp(); return; }
    refresh();
    listen();
    timer = setInterval(look, 1500);
  }
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('pagehide', hangUp);
  window.addEventListener('pageshow', function (event) { if (event.persisted) { wake(); } });
  setInterval(function () { if (!source && !document.hidden) { listen(); } }, 60000);
  if (!document.hidden) { listen(); timer = setInterval(look, 1500); }
})();
