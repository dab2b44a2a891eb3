import { arrive, begin, logOut, watch } from "clever-sso-implicit"; // before the router
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Navigate, Route, Routes } from "react-router";

const options = document.body.dataset;

/** Who is signed in; `undefined` until the server has responded. */
function usePerson() {
  const [state, setState] = useState({});
  useEffect(() => {
    let isGone = false;
    const open = () =>
      arrive(options).then(
        (found) => isGone || setState(found),
        (error) => isGone || setState({ person: null, error }),
      );
    open();
    const stop = watch(open);
    return () => {
      isGone = true;
      stop();
    };
  }, []);
  return [state, () => logOut(options).then(() => setState({ person: null }))];
}

function App() {
  const [{ person, next, error }, leave] = usePerson();
  const [problem, setProblem] = useState();
  if (person === undefined) return <p role="status">One moment, please.</p>;
  if (!person) {
    const shown = problem ?? error;
    return (
      <>
        <h1>Reading Room</h1>
        {shown && <p role="alert">{shown.userMessage} ({shown.code})</p>}
        <button onClick={() => begin({ ...options, next: "/lessons/7" }).catch(setProblem)}>Log in with Clever</button>
      </>
    );
  }
  return (
    <Routes>
      <Route path="/callback" element={<Navigate to={next ?? "/"} replace />} />
      <Route path="*" element={<Page person={person} leave={leave} />} />
    </Routes>
  );
}

function Page({ person, leave }) {
  return (
    <>
      <h1>Hello, {person.name}</h1>
      <Link to="/lessons/8">Next lesson</Link>
      <button onClick={leave}>Not you? Log out</button>
    </>
  );
}

createRoot(document.querySelector("main")).render(
  <StrictMode>
    <BrowserRouter>
      <App />
    </BrowserRouter>
  </StrictMode>,
);
