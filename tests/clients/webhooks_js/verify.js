// Reads lines of {secret, headers, body} and says of each what the library of Standard Webhooks
// says: "good", or why not.
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");

const { Webhook } = createRequire(process.argv[2] + "/")("standardwebhooks");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { secret, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret).verify(body, headers);
    console.log("good");
  } catch (error) {
    console.log(error.message);
  }
});
