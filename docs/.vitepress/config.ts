import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'VRE',
  description: 'A Virtual Research Environment: one login, a data lake, re-runnable workflows.',
  cleanUrls: true,
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/tutorials/first-analysis' },
      { text: 'How to', link: '/how-to/operate' },
      { text: 'Reference', link: '/reference/configuration' },
      { text: 'Explanation', link: '/explanation/architecture' },
    ],
    sidebar: [
      {
        text: 'Tutorials',
        items: [
          { text: 'Your first analysis', link: '/tutorials/first-analysis' },
          { text: 'Your first notebook', link: '/tutorials/first-notebook' },
        ],
      },
      {
        text: 'How to',
        items: [
          { text: 'Start and operate', link: '/how-to/operate' },
          { text: 'Use from my computer', link: '/how-to/use-from-my-computer' },
          { text: 'Notebooks from a terminal', link: '/how-to/notebooks-from-a-terminal' },
          { text: 'Files in a notebook server', link: '/how-to/notebook-files' },
          { text: 'Send a notebook to a workflow', link: '/how-to/notebook-to-workflow' },
          { text: 'Data in workflows', link: '/how-to/data-in-workflows' },
          { text: 'Operate the notebooks', link: '/how-to/operate-notebooks' },
          { text: 'Back up, restore, upgrade', link: '/how-to/back-up' },
          { text: 'Run as a site', link: '/how-to/site' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Configuration', link: '/reference/configuration' },
          { text: 'Commands', link: '/reference/commands' },
          { text: 'REST API of the hub', link: '/reference/hub-api' },
        ],
      },
      {
        text: 'Explanation',
        items: [
          { text: 'How it is built', link: '/explanation/architecture' },
          { text: 'Environments', link: '/explanation/environments' },
          { text: 'Figures', link: '/explanation/figures' },
          { text: 'Dependencies, and why', link: '/dependencies' },
        ],
      },
    ],
  },
});
