// A super app that signs people in itself, asks for consent in its own way, and has more than one mini-program open.

import { useState } from "react";
import { Button, Linking, Text, View } from "react-native";
import {
  MiniProgramView,
  PorticoError,
  PorticoHost,
  type ConsentQuestion,
  type ConsentRequest,
  type HostOptions,
  type MiniProgram,
} from "@portico/react-native";

interface Asking {
  readonly question: ConsentQuestion;
  answer(granted: readonly string[], refused: readonly string[]): Promise<void>;
}

const PROGRAMS = [
  { appId: "org.example.taxi", title: "Taxi", entry: "https://taxi.example/" },
  { appId: "org.example.shop", title: "Shop", entry: "https://shop.example/" },
];

/** `signIn` asks the super app's own back end, which sends Portico an assertion (RFC 7523) and passes on the answer. */
export function createApp(
  options: Omit<HostOptions, "onConsentRequired">,
  signIn: () => Promise<Readonly<Record<string, unknown>>>,
) {
  let ask: (asking: Asking | null) => void = () => {};

  const portico: PorticoHost = new PorticoHost({
    ...options,
    onConsentRequired: async ({ request, signal }: ConsentRequest) => {
      const question = await portico.consent(request);
      await new Promise<void>((resolve) => {
        const done = () => {
          ask(null);
          resolve();
        };
        signal.addEventListener("abort", done);
        ask({
          question,
          answer: async (granted, refused) => {
            await portico.decide(request, { granted, refused });
            done();
          },
        });
      });
    },
  });

  function App() {
    const [open, setOpen] = useState<readonly MiniProgram[]>([]);
    const [asking, setAsking] = useState<Asking | null>(null);
    const [problem, setProblem] = useState("");
    ask = setAsking;

    const launch = async (appId: string, entry: string) => {
      setProblem("");
      try {
        if (!(await portico.restore())) await portico.adopt(await signIn());
        const miniProgram = await portico.launch(appId, { entry });
        setOpen((others) => [...others, miniProgram]);
      } catch (error) {
        setProblem(error instanceof PorticoError ? error.code : "not opened");
      }
    };
    const close = (miniProgram: MiniProgram) => {
      miniProgram.close();
      setOpen((all) => all.filter((each) => each !== miniProgram));
    };

    return (
      <View style={{ flex: 1 }}>
        {PROGRAMS.map(({ appId, title, entry }) => (
          <Button key={appId} title={title} onPress={() => void launch(appId, entry)} />
        ))}
        {open.map((miniProgram) => (
          <View key={miniProgram.appId} style={{ flex: 1 }}>
            <Button title={`Close ${miniProgram.appId}`} onPress={() => close(miniProgram)} />
            <MiniProgramView miniProgram={miniProgram} onLink={(url) => void Linking.openURL(url)} />
          </View>
        ))}
        {asking && <Sheet {...asking} />}
        <Text>{problem}</Text>
      </View>
    );
  }

  return { portico, App };
}

function Sheet({ question, answer }: Asking) {
  const { name, permissions } = question;
  const required = permissions.filter(({ isRequired }) => isRequired).map(({ scope }) => scope);
  const optional = permissions.filter(({ isRequired }) => !isRequired).map(({ scope }) => scope);
  return (
    <View>
      <Text>{`${name} would like to see:`}</Text>
      {permissions.map(({ scope, title, reason }) => (
        <Text key={scope}>{`${title}, ${reason}`}</Text>
      ))}
      <Button title="Allow all" onPress={() => void answer([...required, ...optional], [])} />
      <Button title="Only what it needs" onPress={() => void answer(required, optional)} />
      <Button title="Refuse" onPress={() => void answer([], [...required, ...optional])} />
    </View>
  );
}
