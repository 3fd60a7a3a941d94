import { useEffect, useState } from "react";
import { Button, Text } from "react-native";
import { MiniProgramView, PorticoHost, type MiniProgram } from "@portico/react-native";
import { keychain } from "./keychain";

const portico = new PorticoHost({
  issuer: "https://id.example",
  clientId: "super-app",
  redirectUri: "com.example.superapp:/back",
  secrets: keychain,
});

export default function App() {
  const [taxi, setTaxi] = useState<MiniProgram>();
  const [end, setEnd] = useState("");
  useEffect(() => portico.on("session_expired", ({ reason }) => setEnd(`Signed out: ${reason}`)), []);
  const open = async () => {
    if (!(await portico.restore())) await portico.signIn();
    setTaxi(await portico.launch("org.example.taxi", { entry: "https://taxi.example/" }));
  };
  if (end) return <Text>{end}</Text>;
  if (!taxi) return <Button title="Taxi" onPress={open} />;
  return <><MiniProgramView miniProgram={taxi} /><Button title="Sign out" onPress={() => portico.signOut()} /></>;
}
