import { app, BrowserWindow, dialog } from "electron";
import { logIn } from "./login.js";

const options = { clientId: "YOUR_CLIENT_ID", redirectUri: "https://app.example/desktop" };

// A separate session, in memory: the next person at this device starts without Clever's cookies.
const makeWindow = () =>
  new BrowserWindow({ width: 520, height: 720, webPreferences: { sandbox: true, partition: `login-${Date.now()}` } });

await app.whenReady();
app.on("window-all-closed", () => {});
try {
  const { accessToken } = await logIn(options, makeWindow);
  const response = await fetch("https://api.clever.com/v3.0/me", { headers: { Authorization: `Bearer ${accessToken}` } });
  const { data } = await response.json();
  if (!data.id) throw new Error("Clever did not say who it is");
  await dialog.showMessageBox({ message: `You are signed in (${data.id}).` });
} catch (error) {
  await dialog.showMessageBox({ type: "error", message: error.userMessage ?? "Please try again." });
}
app.quit();
