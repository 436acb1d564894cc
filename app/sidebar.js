// On a narrow screen the sidebar lies over the page: once a link in it was followed, it makes way for what was asked for.
const NARROW = 768;
let listens = false;

export default function () {
  if (listens) return;
  listens = true;
  document.addEventListener('click', event => {
    if (window.innerWidth > NARROW || !event.target.closest('[data-testid=stSidebar] [data-testid=stPageLink] a[href]')) return;
    document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click();
  });
}
