const said = document.getElementById("said");

document.getElementById("log-in").addEventListener("click", async () => {
  said.textContent = "One moment, please.";
  const { person, problem } = await chrome.runtime.sendMessage("log-in");
  said.textContent = person ? `You are signed in (${person.id}).` : `${problem.userMessage} (${problem.code})`;
});
