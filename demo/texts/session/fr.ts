/**
 * La page « Ce que sait le serveur » en français.
 */
import type { SessionTexts } from './en.js'

export const frSession: SessionTexts = {
  title: 'Ce que sait le serveur',
  lead: 'Vous laissez votre manteau, vous recevez un ticket. Votre navigateur garde le ticket : un nombre au hasard avec une signature, rien d’autre. Ce que vous avez choisi ici est accroché à une patère, chez le serveur.',
  browser: 'Votre navigateur',
  server: 'Le serveur',
  holdsTicket: 'a un ticket',
  holdsNone: 'n’a pas de ticket',
  keepsValues: (count) => (count === 1 ? 'garde 1 valeur' : `garde ${count} valeurs`),
  keepsNothing: 'ne garde rien de vous',
  survived: (session, server) =>
    `Votre session a commencé ${session}, mais ce serveur n’a démarré que ${server} : elle a survécu à un redémarrage.`,
  restartHint: 'Essayez : arrêtez ce serveur brutalement, redémarrez-le et rechargez cette page. Rien ne manquera.',
  strangerTitle: 'Personne ne vous connaît ici',
  stranger:
    'Votre navigateur n’a apporté aucun ticket menant à une session. Le serveur n’a rien enregistré et n’a posé aucun cookie : qui ne fait que regarder ne laisse pas de trace.',
  strangerTrace:
    'Le chemin de votre dernière requête ne peut pas être montré : le serveur ne la distingue pas de celles des autres inconnus. C’est à cela que servent les sessions.',
  noteLabel: 'Accrochez un mot à votre patère',
  noteHint: 'Jusqu’à 80 caractères. Il est enregistré dans votre session, pour que vous puissiez regarder.',
  noteButton: 'Accrocher',
  contents: 'Sur cette page',
  sections: {
    trace: 'Votre dernière requête, en dix étapes',
    values: 'req.session',
    info: 'sessions.info(req)',
    id: 'req.session.id',
    cookie: 'Le cookie',
    record: 'La fiche enregistrée',
    end: 'La fin',
  },
  trace: {
    lead: 'Chronométrée par la couche de session pendant que cela se passait. Les temps sont en microsecondes : des millionièmes de seconde.',
    choose: 'Vos dernières requêtes',
    inAll: 'En tout',
    layer: 'Couche de session',
    app: 'La boutique',
    share: (percent) => `${percent} du temps`,
    took: 'a pris',
    at: 'finie à',
    cut: 'La barre de l’étape 5 est coupée : le travail de la boutique dure bien plus que le reste.',
    scale: 'Toute la requête, à l’échelle',
    before: 'Couche de session, avant',
    after: 'Couche de session, après',
    steps: {
      request: { name: 'Requête', about: 'Votre navigateur demande quelque chose.' },
      cookie: { name: 'Contrôle du cookie', about: 'Y a-t-il un ticket, et ce serveur l’a-t-il signé ?' },
      load: { name: 'Charger ou créer', about: 'Un bon ticket mène à une fiche enregistrée.' },
      attach: { name: 'req.session attachée', about: 'Les valeurs deviennent un objet que la boutique utilise.' },
      handle: { name: 'La boutique travaille', about: 'Son code lit et modifie req.session, et écrit la page.' },
      prepare: { name: 'Modifiée ou non', about: 'Les valeurs sont comparées à celles qui furent chargées.' },
      commit: {
        name: 'Enregistrer, prolonger, laisser',
        about: 'La réponse attend que tout ce qui doit l’être soit enregistré.',
      },
      'set-cookie': {
        name: 'Cookie',
        about: 'Il part si le navigateur n’en a pas encore, ou s’il lui en faut un plus récent.',
      },
      send: { name: 'Réponse', about: 'En-têtes et page partent d’un seul tenant.' },
      return: { name: 'La prochaine fois', about: 'Votre navigateur rapporte le ticket avec sa prochaine requête.' },
    },
    outcomes: {
      cookie: {
        valid: { word: 'valable', about: 'Un ticket est venu, et la signature est la nôtre.' },
        none: { word: 'aucun', about: 'Aucun ticket n’est venu : un inconnu, ou une première visite.' },
        rejected: {
          word: 'refusé',
          about:
            'Il est venu un ticket que ce serveur n’a jamais signé. Il a été écarté, sans rien demander à l’entrepôt.',
        },
      },
      load: {
        loaded: { word: 'chargée', about: 'La fiche était là.' },
        created: {
          word: 'créée',
          about: 'Il n’y avait rien à charger : une session vide est née. Pour l’instant, elle n’existe qu’en mémoire.',
        },
      },
      attach: {
        known: { word: 'la vôtre', about: 'req.session contient ce que vous aviez laissé ici.' },
        new: { word: 'neuve', about: 'req.session est vide.' },
        'stand-in': {
          word: 'remplaçante',
          about:
            'Le ticket venait d’être échangé. Cette requête tardive a reçu une session vide, qui n’est pas gardée.',
        },
      },
      prepare: {
        changed: { word: 'modifiée', about: 'Il y a quelque chose à enregistrer.' },
        unchanged: { word: 'inchangée', about: 'Chaque valeur est comme avant.' },
        ended: { word: 'terminée', about: 'La session a été terminée : il n’y a rien à comparer.' },
        failed: { word: 'échec', about: 'Les valeurs n’ont pas pu être écrites.' },
      },
      commit: {
        created: {
          word: 'enregistrée, neuve',
          about: 'Une première fiche a été enregistrée sous un nouvel identifiant.',
        },
        saved: { word: 'enregistrée', about: 'La fiche a été remplacée par les nouvelles valeurs.' },
        renewed: {
          word: 'renouvelée',
          about:
            'Le ticket avait un quart d’heure : la session a reçu un nouvel identifiant. Rien d’autre n’a changé en elle.',
        },
        moved: {
          word: 'enregistrée ailleurs',
          about:
            'Une autre requête venait de donner un nouvel identifiant à la session. Ce que celle-ci a changé y a été enregistré.',
        },
        touched: { word: 'prolongée', about: 'Seule l’échéance a bougé ; les valeurs n’ont pas été écrites.' },
        skipped: { word: 'laissée', about: 'Il n’y avait rien à écrire, rien n’a été écrit.' },
        'stored before': {
          word: 'déjà enregistrée',
          about:
            'La boutique avait fait enregistrer le changement aussitôt, en une étape où aucune autre requête ne s’intercale.',
        },
        gone: { word: 'disparue', about: 'La session a été terminée ailleurs entre-temps, et le reste.' },
        destroyed: { word: 'supprimée', about: 'La fiche a été supprimée.' },
        failed: { word: 'échec', about: 'L’enregistrement n’a pas eu lieu.' },
      },
      'set-cookie': {
        sent: { word: 'envoyé', about: 'Le navigateur a reçu son ticket.' },
        cleared: {
          word: 'repris',
          about: 'La session est finie : le navigateur est prié de jeter son ticket.',
        },
        'not due': { word: 'inutile', about: 'Le navigateur a le bon.' },
        barred: { word: 'retenu', about: 'Le cookie ne voyage qu’en HTTPS, et c’était du simple http.' },
        failed: { word: 'échec', about: 'Le cookie n’a pas pu être écrit.' },
      },
      send: { sent: { word: 'envoyée', about: 'Votre navigateur a la réponse.' } },
      return: {
        'with the new cookie': { word: 'nouveau ticket', about: 'Il revient avec le ticket qu’il vient de recevoir.' },
        'with the same cookie': { word: 'même ticket', about: 'Il revient avec le ticket qu’il a.' },
        'without a cookie': { word: 'sans ticket', about: 'Il revient en inconnu.' },
      },
    },
    asked: (method, path) => `${method} ${path}`,
    handled: {
      page: 'La boutique a répondu par une page.',
      redirect: 'La boutique a répondu : allez à une autre page.',
      refused: 'La boutique a répondu que cela ne se peut pas.',
      failed: 'La boutique a échoué, et la couche de session a tout de même fait son travail.',
    },
    none: 'Aucune requête de cette session n’a été notée depuis le démarrage du serveur. Rechargez la page.',
  },
  values: {
    lead: 'Ce que le code de la boutique trouve dans req.session pendant cette requête même. Vous voyez tout, car tout est à vous.',
    none: 'Vide.',
    asJson: 'La même chose en JSON',
    keys: {
      language: 'la langue que vous avez choisie',
      theme: 'les couleurs que vous avez choisies',
      cart: 'combien de quoi dans votre panier',
      checkout: 'où vous en êtes à la caisse',
      lastOrder: 'votre dernière commande',
      note: 'le mot que vous avez accroché',
      flash: 'messages pour la page suivante',
    },
  },
  info: {
    lead: 'Ce que la couche de sessions sait elle-même de la session, à côté des valeurs de la boutique. Aucune valeur de la boutique ne peut l’évincer ni se faire passer pour elle.',
    nobody: 'Personne n’est connecté : il n’y a donc pas d’utilisateur, et rien de votre appareil n’est retenu.',
    user: 'Utilisateur',
    userAbout: 'le compte auquel vous êtes connecté : la boutique a remis son identifiant à sessions.signIn',
    method: 'Méthode',
    methodAbout: 'comment vous l’avez prouvé, dans un mot de la boutique',
    proved: 'Prouvé',
    provedAbout: 'au-delà de dix minutes, ce qui est important redemande le mot de passe',
    device: 'Appareil',
    deviceAbout: 'le nom que se donne votre navigateur, et l’adresse d’où viennent vos requêtes',
    deviceLink: 'Tous vos appareils',
    limit: 'Se termine au plus tard',
    limitAbout: 'quoi que vous fassiez, jusqu’à ce que le mot de passe soit saisi de nouveau',
  },
  id: {
    lead: 'Le secret du ticket : 32 octets au hasard. Qui le connaît est vous, pour autant que le serveur puisse en juger ; il n’est donc montré que si vous le demandez. Tant que vous êtes ici, vous en recevez un nouveau tous les quarts d’heure : un secret volé ne vaut pas longtemps.',
    show: 'Montrer l’identifiant',
    shown: 'Voici l’identifiant. Rechargez ou quittez la page pour le cacher.',
    unborn:
      'Un identifiant a été inventé pour cette requête. Rien n’est enregistré sous lui, et il est oublié avec la réponse.',
  },
  cookie: {
    lead: 'Le ticket lui-même. Le serveur l’envoie ainsi, et votre navigateur en rapporte le nom et la valeur.',
    attribute: 'Partie',
    meaning: 'À quoi elle sert',
    value:
      'L’identifiant, un point et la signature : HMAC-SHA-256 avec un secret que seul le serveur possède. Une valeur retouchée n’est pas acceptée.',
    path: 'Il accompagne chaque page de ce site.',
    expires:
      'Jusqu’à quand le navigateur le garde, pour que votre panier soit encore là une fois le navigateur refermé.',
    expiresSoon:
      'Combien de temps le navigateur le garde : pas plus que le serveur ne garde la session, car vous n’avez pas demandé à rester connecté.',
    httpOnly: 'Les scripts de la page ne peuvent pas le lire : un script injecté ne peut pas le voler.',
    secure: 'Il ne voyage qu’en HTTPS : personne ne peut le lire en chemin.',
    notSecure: 'Secure manque : cette page est venue en simple http. En HTTPS, il y serait.',
    sameSite:
      'Il n’accompagne pas un formulaire envoyé par un autre site : personne ne commande de là-bas en votre nom.',
    domain: 'Domain manque : le cookie ne vaut que pour cet hôte, et pour aucun de ses voisins.',
    none: 'Aucun cookie ne vous a été envoyé jusqu’ici.',
  },
  record: {
    lead: 'Ce qui est rangé pour vous, tel que c’était avant cette requête.',
    handle: 'Poignée',
    handleAbout:
      'le nom public de la session : elle est rangée sous une empreinte à clé de l’identifiant ; qui lit l’entrepôt n’a le ticket de personne',
    created: 'Créée',
    seen: 'Vue',
    seenAbout: 'noté avec parcimonie : peut dater de dix secondes',
    expires: 'Se termine',
    expiresAbout: 'si aucune requête ne vient d’ici là',
    size: 'Taille',
    bytes: (count) => `${count} octets`,
    data: 'Données',
    none: 'Il n’y a pas de fiche. Personne n’a entendu parler de vous.',
    count: (count) => `Fiches de tous les visiteurs : ${count}`,
  },
  end: {
    lead: 'Ceci supprime la fiche aussitôt et reprend le ticket. Il n’ouvre alors plus rien, et n’ouvrira plus jamais rien.',
    button: 'Terminer cette session',
    shorten:
      'Ou voyez-la s’arrêter toute seule : qu’elle ne vive que 90 secondes après votre dernier clic, et regardez au pied de la page.',
    shortenButton: 'La raccourcir',
  },
}
