// `clever` and `api` are only for trying it with the emulator.
export const options = { clientId: "YOUR_CLIENT_ID", clever: "https://clever.com", api: "https://api.clever.com" };
