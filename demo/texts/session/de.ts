/**
 * Die Seite „Was der Server weiß“ auf Deutsch.
 */
import type { SessionTexts } from './en.js'

export const deSession: SessionTexts = {
  title: 'Was der Server weiß',
  lead: 'Du gibst deinen Mantel ab und bekommst eine Marke. Die Marke behält dein Browser: eine Zufallszahl mit Unterschrift, sonst nichts. Was du hier ausgesucht hast, hängt an einem Haken beim Server.',
  browser: 'Dein Browser',
  server: 'Der Server',
  holdsTicket: 'hat eine Marke',
  holdsNone: 'hat keine Marke',
  keepsValues: (count) => (count === 1 ? 'verwahrt 1 Wert' : `verwahrt ${count} Werte`),
  keepsNothing: 'verwahrt nichts von dir',
  survived: (session, server) =>
    `Deine Session begann ${session}, dieser Server wurde aber erst ${server} gestartet: Sie hat einen Neustart überlebt.`,
  restartHint:
    'Probier es aus: Beende diesen Server auf die harte Tour, starte ihn neu und lade diese Seite noch einmal. Nichts wird fehlen.',
  strangerTitle: 'Hier kennt dich niemand',
  stranger:
    'Dein Browser brachte keine Marke mit, die zu einer Session führt. Der Server hat nichts gespeichert und kein Cookie gesetzt: Wer nur schaut, hinterlässt keine Spur.',
  strangerTrace:
    'Der Weg deiner letzten Anfrage lässt sich nicht zeigen, denn der Server kann sie nicht von denen anderer Fremder unterscheiden. Genau dafür gibt es Sessions.',
  noteLabel: 'Häng einen Zettel an deinen Haken',
  noteHint: 'Bis zu 80 Zeichen. Er wird in deiner Session gespeichert, damit du dabei zusehen kannst.',
  noteButton: 'Aufhängen',
  contents: 'Auf dieser Seite',
  sections: {
    trace: 'Deine letzte Anfrage, in zehn Schritten',
    values: 'req.session',
    info: 'sessions.info(req)',
    id: 'req.session.id',
    cookie: 'Das Cookie',
    record: 'Der gespeicherte Eintrag',
    end: 'Das Ende',
  },
  trace: {
    lead: 'Von der Session-Schicht gemessen, während es geschah. Die Zeiten sind Mikrosekunden: Millionstel einer Sekunde.',
    choose: 'Deine letzten Anfragen',
    inAll: 'Insgesamt',
    layer: 'Session-Schicht',
    app: 'Der Laden',
    share: (percent) => `${percent} der Zeit`,
    took: 'dauerte',
    at: 'fertig nach',
    cut: 'Der Balken von Schritt 5 ist gekürzt: Die Arbeit des Ladens dauert viel länger als der Rest.',
    scale: 'Die ganze Anfrage im Maßstab',
    before: 'Session-Schicht, vorher',
    after: 'Session-Schicht, nachher',
    steps: {
      request: { name: 'Anfrage', about: 'Dein Browser möchte etwas haben.' },
      cookie: { name: 'Cookie prüfen', about: 'Ist eine Marke dabei, und hat dieser Server sie unterschrieben?' },
      load: { name: 'Laden oder anlegen', about: 'Eine gute Marke führt zu einem Eintrag im Speicher.' },
      attach: { name: 'req.session anhängen', about: 'Aus den Werten wird ein Objekt, mit dem der Laden arbeitet.' },
      handle: { name: 'Der Laden arbeitet', about: 'Sein Code liest und ändert req.session und schreibt die Seite.' },
      prepare: { name: 'Geändert oder nicht', about: 'Die Werte werden mit den geladenen verglichen.' },
      commit: {
        name: 'Sichern, verlängern, lassen',
        about: 'Die Antwort wartet, bis gespeichert ist, was zu speichern war.',
      },
      'set-cookie': {
        name: 'Cookie',
        about: 'Es geht hinaus, wenn der Browser noch keines hat oder ein neueres braucht.',
      },
      send: { name: 'Antwort', about: 'Kopfzeilen und Seite gehen in einem Stück hinaus.' },
      return: { name: 'Nächstes Mal', about: 'Dein Browser bringt die Marke mit der nächsten Anfrage wieder mit.' },
    },
    outcomes: {
      cookie: {
        valid: { word: 'gültig', about: 'Eine Marke kam mit, und die Unterschrift ist unsere.' },
        none: { word: 'keines', about: 'Keine Marke kam mit: jemand Fremdes oder ein erster Besuch.' },
        rejected: {
          word: 'abgelehnt',
          about:
            'Eine Marke kam mit, die dieser Server nie unterschrieben hat. Sie wurde übergangen, der Speicher gar nicht gefragt.',
        },
      },
      load: {
        loaded: { word: 'geladen', about: 'Der Speicher hatte den Eintrag.' },
        created: {
          word: 'angelegt',
          about: 'Es gab nichts zu laden, also entstand eine leere Session. Bisher gibt es sie nur im Arbeitsspeicher.',
        },
      },
      attach: {
        known: { word: 'deine', about: 'In req.session steht, was du das letzte Mal hier gelassen hast.' },
        new: { word: 'neu', about: 'req.session ist leer.' },
        'stand-in': {
          word: 'Ersatz',
          about:
            'Die Marke war kurz zuvor umgetauscht worden. Diese verspätete Anfrage bekam eine leere Session, die nicht bleibt.',
        },
      },
      prepare: {
        changed: { word: 'geändert', about: 'Es gibt etwas zu speichern.' },
        unchanged: { word: 'unverändert', about: 'Jeder Wert ist, wie er war.' },
        ended: { word: 'beendet', about: 'Die Session wurde beendet; es gibt nichts zu vergleichen.' },
        failed: { word: 'misslungen', about: 'Die Werte ließen sich nicht aufschreiben.' },
      },
      commit: {
        created: { word: 'gesichert, neu', about: 'Ein erster Eintrag wurde unter einer neuen ID gespeichert.' },
        saved: { word: 'gesichert', about: 'Der Eintrag wurde durch die neuen Werte ersetzt.' },
        renewed: {
          word: 'erneuert',
          about:
            'Die Marke war eine Viertelstunde alt, darum bekam die Session eine neue ID. Sonst ist nichts an ihr neu.',
        },
        moved: {
          word: 'anderswo gesichert',
          about:
            'Eine andere Anfrage hatte der Session eben eine neue ID gegeben. Was diese änderte, wurde dort gespeichert.',
        },
        touched: { word: 'verlängert', about: 'Nur die Frist wurde verschoben, die Werte wurden nicht geschrieben.' },
        skipped: { word: 'gelassen', about: 'Nichts war zu schreiben, also wurde nichts geschrieben.' },
        'stored before': {
          word: 'schon gesichert',
          about:
            'Der Laden hatte die Änderung gleich gesichert, in einem Schritt, in den keine andere Anfrage hineinkommt.',
        },
        gone: { word: 'weg', about: 'Die Session wurde inzwischen anderswo beendet und bleibt beendet.' },
        destroyed: { word: 'gelöscht', about: 'Der Eintrag wurde gelöscht.' },
        failed: { word: 'misslungen', about: 'Der Speicher hat es nicht getan.' },
      },
      'set-cookie': {
        sent: { word: 'gesendet', about: 'Der Browser bekam seine Marke.' },
        cleared: {
          word: 'zurückgenommen',
          about: 'Die Session ist vorbei, darum soll der Browser seine Marke wegwerfen.',
        },
        'not due': { word: 'nicht nötig', about: 'Der Browser hat das richtige.' },
        barred: { word: 'zurückgehalten', about: 'Das Cookie darf nur über HTTPS reisen, und das war einfaches http.' },
        failed: { word: 'misslungen', about: 'Das Cookie ließ sich nicht schreiben.' },
      },
      send: { sent: { word: 'gesendet', about: 'Dein Browser hat die Antwort.' } },
      return: {
        'with the new cookie': { word: 'neue Marke', about: 'Er kommt mit der Marke wieder, die er eben bekam.' },
        'with the same cookie': { word: 'gleiche Marke', about: 'Er kommt mit der Marke wieder, die er hat.' },
        'without a cookie': { word: 'keine Marke', about: 'Er kommt als Fremder wieder.' },
      },
    },
    asked: (method, path) => `${method} ${path}`,
    handled: {
      page: 'Der Laden antwortete mit einer Seite.',
      redirect: 'Der Laden antwortete: weiter zu einer anderen Seite.',
      refused: 'Der Laden antwortete, dass das nicht geht.',
      failed: 'Der Laden scheiterte, und die Session-Schicht tat trotzdem ihren Teil.',
    },
    none: 'Seit der Server läuft, wurde noch keine Anfrage dieser Session aufgezeichnet. Lade die Seite neu.',
  },
  values: {
    lead: 'Was der Code des Ladens während genau dieser Anfrage in req.session findet. Du siehst alles, denn es ist alles deins.',
    none: 'Leer.',
    asJson: 'Dasselbe als JSON',
    keys: {
      language: 'die Sprache, die du gewählt hast',
      theme: 'die Farben, die du gewählt hast',
      cart: 'wie viele wovon in deinem Warenkorb liegen',
      checkout: 'wie weit du an der Kasse bist',
      lastOrder: 'deine letzte Bestellung',
      note: 'der Zettel, den du aufgehängt hast',
      flash: 'Meldungen für die nächste Seite',
    },
  },
  info: {
    lead: 'Was die Session-Schicht selbst von der Session weiß, neben den Werten des Ladens. Kein Wert des Ladens kann es verdrängen oder sich dafür ausgeben.',
    nobody: 'Niemand ist angemeldet; darum gibt es keinen Benutzer, und von deinem Gerät wird nichts behalten.',
    user: 'Benutzer',
    userAbout: 'das Konto, bei dem du angemeldet bist: Der Laden gab seine ID an sessions.signIn',
    method: 'Verfahren',
    methodAbout: 'wie du es bewiesen hast, in einem Wort des Ladens',
    proved: 'Bewiesen',
    provedAbout: 'liegt das mehr als zehn Minuten zurück, fragt Wichtiges noch einmal nach dem Passwort',
    device: 'Gerät',
    deviceAbout: 'wie sich dein Browser nennt, und von welcher Adresse deine Anfragen kommen',
    deviceLink: 'Alle deine Geräte',
    limit: 'Endet spätestens',
    limitAbout: 'was du auch tust, bis das Passwort wieder eingetippt wird',
  },
  id: {
    lead: 'Das Geheimnis auf der Marke: 32 zufällige Bytes. Wer sie kennt, bist du, soweit der Server es erkennen kann; darum steht sie hier nur, wenn du es willst. Solange du da bist, bekommst du jede Viertelstunde eine neue; eine gestohlene ist also nicht lange viel wert.',
    show: 'ID zeigen',
    shown: 'Das ist die ID. Lade oder verlass die Seite, um sie zu verbergen.',
    unborn:
      'Für diese Anfrage wurde eine ID ausgedacht. Unter ihr ist nichts gespeichert, und mit der Antwort ist sie vergessen.',
  },
  cookie: {
    lead: 'Die Marke selbst. So schickt sie der Server; dein Browser bringt Namen und Wert wieder mit.',
    attribute: 'Teil',
    meaning: 'Was er bewirkt',
    value:
      'Die ID, ein Punkt und die Unterschrift: HMAC-SHA-256 mit einem Geheimnis, das nur der Server hat. Ein veränderter Wert wird nicht angenommen.',
    path: 'Kommt mit jeder Seite dieser Website mit.',
    expires: 'So lange behält es der Browser, damit dein Warenkorb noch da ist, wenn er geschlossen war.',
    expiresSoon:
      'So lange behält es der Browser: nicht länger als der Server die Session, denn angemeldet bleiben wolltest du nicht.',
    httpOnly: 'Skripte in der Seite können es nicht lesen, also kann ein eingeschleustes es nicht stehlen.',
    secure: 'Reist nur über HTTPS, also kann es unterwegs niemand lesen.',
    notSecure: 'Secure fehlt: Diese Seite kam über einfaches http. Über HTTPS wäre es da.',
    sameSite:
      'Kommt nicht mit, wenn eine andere Website ein Formular abschickt; so bestellt niemand von dort in deinem Namen.',
    domain: 'Domain fehlt: Das Cookie gilt nur für diesen Host und keinen seiner Nachbarn.',
    none: 'Bisher wurde dir kein Cookie geschickt.',
  },
  record: {
    lead: 'Was im Speicher für dich liegt, so wie es vor dieser Anfrage war.',
    handle: 'Griff',
    handleAbout:
      'der öffentliche Name der Session: Abgelegt ist sie unter einem geschlüsselten Hash der ID; wer den Speicher liest, hat damit niemandes Marke',
    created: 'Angelegt',
    seen: 'Zuletzt gesehen',
    seenAbout: 'sparsam geschrieben: kann bis zu zehn Sekunden alt sein',
    expires: 'Endet',
    expiresAbout: 'wenn bis dahin keine Anfrage kommt',
    size: 'Größe',
    bytes: (count) => `${count} Bytes`,
    data: 'Daten',
    none: 'Es gibt keinen Eintrag. Der Speicher hat von dir nichts gehört.',
    count: (count) => `Einträge aller Besucher im Speicher: ${count}`,
  },
  end: {
    lead: 'Das löscht den Eintrag sofort und nimmt die Marke zurück. Sie öffnet danach nichts mehr, und das bleibt so.',
    button: 'Diese Session beenden',
    shorten:
      'Oder sieh zu, wie sie von selbst endet: Lass sie nur noch 90 Sekunden nach deinem letzten Klick leben, und achte auf den Fuß der Seite.',
    shortenButton: 'Kurz machen',
  },
}
