import { arrive, begin, logOut, watch } from "clever-sso-implicit"; // before the router
import { createApp, h, shallowRef } from "vue";
import { createRouter, createWebHashHistory, createWebHistory, RouterLink, RouterView } from "vue-router";

const options = document.body.dataset;
/** Who is signed in; `undefined` until the server has responded. */
const person = shallowRef();
const problem = shallowRef();

// Render functions instead of templates: they need no compiler in the page, so its policy can stay strict.
const Page = {
  render: () => [
    h("h1", `Hello, ${person.value.name}`),
    h(RouterLink, { to: "/lessons/8" }, () => "Next lesson"),
    h("button", { onClick: () => logOut(options).then(() => (person.value = null)) }, "Not you? Log out"),
  ],
};
const Welcome = {
  render: () => [
    h("h1", "Reading Room"),
    problem.value && h("p", { role: "alert" }, `${problem.value.userMessage} (${problem.value.code})`),
    h("button", { onClick: () => begin({ ...options, next: "/lessons/7" }).catch(explain) }, "Log in with Clever"),
  ],
};
const App = {
  render() {
    if (person.value === undefined) return h("p", { role: "status" }, "One moment, please.");
    return person.value ? h(RouterView) : h(Welcome);
  },
};

const router = createRouter({
  history: options.router === "hash" ? createWebHashHistory() : createWebHistory(),
  routes: [{ path: "/:path(.*)*", component: Page }],
});

function explain(error) {
  person.value = null;
  problem.value = error;
}

async function open() {
  try {
    const found = await arrive(options);
    person.value = found.person;
    if (found.next) await router.replace(found.next);
  } catch (error) {
    explain(error);
  }
}

createApp(App).use(router).mount("main");
open();
watch(open);
