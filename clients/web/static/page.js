/* What pages gain where there is a script: no double tap, sharing. Everything works without. */
'use strict';
document.addEventListener('submit', function (event) {
  var form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = '1';
  setTimeout(function () { delete form.dataset.sent; }, 8000);
});
window.addEventListener('pageshow', function () {
  document.querySelectorAll('form').forEach(function (form) { delete form.dataset.sent; });
});
var share = document.getElementById('share');
if (share && navigator.share) {
  share.hidden = false;
  share.addEventListener('click', function () {
    navigator.share({ title: share.dataset.title, url: share.dataset.link }).catch(function () {});
  });
}
